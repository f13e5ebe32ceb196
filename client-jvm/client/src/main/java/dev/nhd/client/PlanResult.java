package dev.nhd.client;

import java.util.List;

/** What a start would change, in the order in which it would be written. */
public record PlanResult(WorkloadRef workload, String container, List<PlannedChange> changes, List<String> warnings) {}
