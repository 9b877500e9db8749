"""Backbone, detector and the candidate regions that they give."""
