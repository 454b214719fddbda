"""Errors of the helpdesk: one root, each with the code that the outside sees (docs/protocol.md)."""


class HelpdeskError(Exception):
    """Something a caller asked for cannot be done; nothing was changed."""

    code = "bad_request"


class NotFound(HelpdeskError):
    """The thing named does not exist, or is not the caller's to see."""

    code = "not_found"


class Invalid(HelpdeskError):
    """The request itself is malformed: too long, empty, unknown value."""

    code = "bad_request"


class TooLarge(HelpdeskError):
    """What was sent holds more than is taken."""

    code = "too_large"


class WrongState(HelpdeskError):
    """The thing exists but is not in a state that allows this."""

    code = "wrong_state"


class AlreadyClaimed(HelpdeskError):
    """Another helper holds the request."""

    code = "already_claimed"


class AtCapacity(HelpdeskError):
    """The helper holds as many conversations as they may."""

    code = "at_capacity"


class Forbidden(HelpdeskError):
    """The caller is known but may not do this."""

    code = "forbidden"


class BadCredentials(HelpdeskError):
    """User name or password is wrong, or the account is closed."""

    code = "not_authenticated"


class Unavailable(HelpdeskError):
    """PostgreSQL does not answer; trying again later may work."""

    code = "unavailable"


class Busy(Unavailable):
    """Somebody else holds what has to be changed, for longer than was waited; trying again later may work."""
