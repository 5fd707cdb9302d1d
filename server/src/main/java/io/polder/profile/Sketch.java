package io.polder.profile;

/**
 * Numbers of a column that are not exact.
 *
 * @param numbers which, as the profile's JSON names them
 * @param error how far they may be from the truth
 * @param unit what the error is a number of
 */
public record Sketch(String column, String numbers, double error, String unit) {}
