package org.sealpost.capture.mqtt;

/// The reason codes of MQTT 5 (§2.4) that this side uses, and the return codes of a CONNACK of 3.1.1 (§3.2.2.3).
final class Reason {
    static final int SUCCESS = 0x00;
    static final int NO_SUBSCRIPTION_EXISTED = 0x11;
    static final int UNSPECIFIED = 0x80;
    static final int MALFORMED_PACKET = 0x81;
    static final int PROTOCOL_ERROR = 0x82;
    static final int IMPLEMENTATION_SPECIFIC = 0x83;
    static final int CLIENT_ID_NOT_VALID = 0x85;
    static final int BAD_USER_NAME_OR_PASSWORD = 0x86;
    static final int SERVER_SHUTTING_DOWN = 0x8b;
    static final int BAD_AUTHENTICATION_METHOD = 0x8c;
    static final int KEEP_ALIVE_TIMEOUT = 0x8d;
    static final int SESSION_TAKEN_OVER = 0x8e;
    static final int TOPIC_NAME_INVALID = 0x90;
    static final int PACKET_ID_NOT_FOUND = 0x92;
    static final int RECEIVE_MAXIMUM_EXCEEDED = 0x93;
    static final int TOPIC_ALIAS_INVALID = 0x94;
    static final int PACKET_TOO_LARGE = 0x95;
    static final int QUOTA_EXCEEDED = 0x97;
    static final int PAYLOAD_FORMAT_INVALID = 0x99;
    static final int RETAIN_NOT_SUPPORTED = 0x9a;
    static final int QOS_NOT_SUPPORTED = 0x9b;

    static final int V3_UNACCEPTABLE_VERSION = 1;
    static final int V3_IDENTIFIER_REJECTED = 2;
    static final int V3_BAD_USER_NAME_OR_PASSWORD = 4;
    static final int V3_NOT_AUTHORIZED = 5;

    private Reason() {}
}
