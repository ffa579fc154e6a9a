"""How GitHub says no: a status, a message, a list of errors."""

from collections.abc import Sequence

from app.hub.accounts import Json

DOCUMENTATION = "https://docs.github.com/rest"


class RefusedError(Exception):
    """A request that GitHub answers with an error; nothing was changed."""

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Json | str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message} {list(errors or ())}")
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}

    def body(self) -> Json:
        """The JSON that says so."""
        errors = {} if self.errors is None else {"errors": list(self.errors)}
        status = str(self.status)
        return {"message": self.message, **errors, "documentation_url": DOCUMENTATION, "status": status}


def not_found() -> RefusedError:
    """What is not there, or not for this caller."""
    return RefusedError(404, "Not Found")


def invalid(resource: str, field: str, message: str, code: str = "custom") -> RefusedError:
    """A value GitHub understood and does not take."""
    error = {"resource": resource, "code": code, "field": field, "message": message}
    return RefusedError(422, "Validation Failed", [error])


def unprocessable(*errors: str) -> RefusedError:
    """The reviews endpoints' way: sentences, not objects."""
    return RefusedError(422, "Unprocessable Entity", errors)
