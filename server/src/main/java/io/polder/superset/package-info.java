/**
 * A mart as Apache Superset imports it: in go the definition and what is in the store, out comes one ZIP with the
 * database, its datasets, charts and a dashboard. Whatever is made of the same mart has the same identifiers, so that a
 * second import changes what the first one made.
 */
@NullMarked
package io.polder.superset;

import org.jspecify.annotations.NullMarked;
