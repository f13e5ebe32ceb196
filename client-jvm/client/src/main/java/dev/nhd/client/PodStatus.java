package dev.nhd.client;

/** The dev pod. */
public record PodStatus(String name, boolean ready, String waitingFor) {}
