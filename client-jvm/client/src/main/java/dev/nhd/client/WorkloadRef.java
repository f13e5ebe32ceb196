package dev.nhd.client;

/** One workload of a cluster. */
public record WorkloadRef(String kind, String name, String namespace) {}
