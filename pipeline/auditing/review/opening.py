"""To whom the page may be opened at all; asked before anything heavy is loaded."""

import ipaddress


class AccessError(ValueError):
    """The page may not be opened to others like this."""


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own, that no other machine reaches."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_opening(host: str, token: str | None) -> None:
    """Make sure that nobody else can read patients' reports without a token.

    Raises:
        AccessError: `host` is open to other machines and there is no token, or a short one.
    """
    if is_loopback(host) and token is None:
        return
    if token is None:
        raise AccessError(
            f"--host {host} opens patients' reports to other machines; set a token first, such as "
            'PNEUMOLOC_TOKEN="$(openssl rand -hex 16)", and put TLS in front'
        )
    if len(token) < 16:
        raise AccessError("the token is too easy to guess; take 16 characters or more")
