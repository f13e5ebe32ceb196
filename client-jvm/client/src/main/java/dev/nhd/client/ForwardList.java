package dev.nhd.client;

import java.util.List;

public record ForwardList(List<SessionForward> forwards) {}
