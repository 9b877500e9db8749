"""Where the lungs lie, and how ill their zones are, as boxes and grades of other images teach."""
