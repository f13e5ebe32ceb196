// Made from the crate nhd-protocol; do not edit. To write it anew: NHD_REWRITE=1 cargo test -p nhd-protocol --test contract
package dev.nhd.client.protocol;

/** What manages workloads. A later daemon may say words that are not here. */
public final class ManagerKind {
    /** The word {@code flux}. */
    public static final String FLUX = "flux";

    /** The word {@code argoCd}. */
    public static final String ARGO_CD = "argoCd";

    /** The word {@code helm}. */
    public static final String HELM = "helm";

    /** A controller of another resource, which its owner references name. */
    public static final String OPERATOR = "operator";

    private ManagerKind() {}
}
