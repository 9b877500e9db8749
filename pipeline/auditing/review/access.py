"""Who may ask the page: this machine's own browser, or whoever brings the token."""

import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Final

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

COOKIE: Final = "pneumoloc_token"
_LOCAL_NAME: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
#: A name or address with its port, and nothing that one reader takes for a name and another not.
_NAME: Final = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)
#: Bytes of a request's body: a decision has some hundred, and all are held in memory.
_LONGEST: Final = 1_000_000
#: Nothing from elsewhere is loaded, nothing else may frame the page, nothing is kept on disk.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

Next = Callable[[Request], Awaitable[Response]]


def guard(token: str | None) -> Callable[[Request, Next], Awaitable[Response]]:
    """The check that every request passes.

    Without a token only requests to a local name are answered, so that no web site can reach the
    page by a name of its own (DNS rebinding). With one, a browser brings it once as `?token=` and
    then as a cookie. What changes anything must come from the page itself.
    """

    async def check(request: Request, call_next: Next) -> Response:
        response = _refuse(request, token) or await call_next(request)
        response.headers.update(_HEADERS)
        return response

    return check


def _refuse(request: Request, token: str | None) -> Response | None:
    named = request.headers.getlist("host")
    if len(named) != 1 or not _NAME.fullmatch(named[0]):
        return PlainTextResponse("Ask with one Host, a name or an address.", status_code=400)
    if token is None:
        if not _LOCAL_NAME.fullmatch(named[0]):
            return PlainTextResponse("Open this page by http://127.0.0.1.", status_code=403)
    elif not _is_token(request.cookies.get(COOKIE), token):
        if request.method == "GET" and _is_token(request.query_params.get("token"), token):
            return _with_cookie(request, token)
        return PlainTextResponse("Open this page with ?token=YOUR_TOKEN.", status_code=401)
    origin = request.headers.get("origin")
    if origin is not None and origin not in (f"http://{named[0]}", f"https://{named[0]}"):
        return PlainTextResponse("Another site may not ask here.", status_code=403)
    if "transfer-encoding" in request.headers:
        return PlainTextResponse("Say how long the request is.", status_code=411)
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _LONGEST:
        return PlainTextResponse("The request is too long.", status_code=413)
    return None


def _is_token(given: str | None, token: str) -> bool:
    return given is not None and hmac.compare_digest(given.encode(), token.encode())


def _with_cookie(request: Request, token: str) -> Response:
    """Keep the token as a cookie, and out of the address that the browser shows."""
    # One slash: two would name another machine.
    place = "/" + request.scope["path"].lstrip("/")
    response = RedirectResponse(place, status_code=303)
    secure = request.scope["scheme"] == "https"
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=secure)
    return response
