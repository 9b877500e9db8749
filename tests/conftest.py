"""Property tests try new examples on every machine but CI's, where equal code must fare equally."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI"):
    settings.load_profile("ci")
