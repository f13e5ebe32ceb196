package dev.nhd.client;

import java.util.Map;

/** What to start. A member that stays null is not sent, and the daemon does as {@code docs/protocol.md} says. */
// doc:begin start-params
public final class StartParams {
    public String kind;
    public String name;
    public String namespace;
    public String image;
    public String source;
    public String container;
    public String kubeconfig;
    public String context;
    public String workDir;
    public Long timeoutMs;
    /** What the kubeconfig's exec plugins need: the daemon may have been started elsewhere. */
    public Map<String, String> environment;
}
// doc:end
