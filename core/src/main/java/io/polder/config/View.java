package io.polder.config;

/** A named SELECT over tables and other views, computed when it is read. */
public record View(String name, String select) {}
