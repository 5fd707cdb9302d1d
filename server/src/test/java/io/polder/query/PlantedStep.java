package io.polder.query;

import io.polder.enrich.TableStatus;

/** Breaks a rule on purpose: the test of the rules wants to see it caught. */
public record PlantedStep(TableStatus ofAnotherStep) {}
