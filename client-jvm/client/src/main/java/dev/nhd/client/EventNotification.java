package dev.nhd.client;

/** An event, and the subscription that it belongs to. */
public record EventNotification(String subscription, Event result) {}
