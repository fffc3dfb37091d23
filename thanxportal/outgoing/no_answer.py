"""Why a message got no answer: a code, and what people read (pure)."""

NOT_ALLOWED, NO_NAME, NO_CONNECTION = "not_allowed", "no_name", "no_connection"
NO_TLS, LATE, BROKEN = "no_tls", "late", "broken"
NO_ANSWER = {
    NOT_ALLOWED: "The address leads to a network that the portal doesn’t send to.",
    NO_NAME: "No host of this name was found.",
    NO_CONNECTION: "Nothing could be reached at this address.",
    NO_TLS: "Its certificate isn’t valid for this host.",
    LATE: "There was no answer within 10 seconds.",
    BROKEN: "The connection broke off before there was an answer.",
}
