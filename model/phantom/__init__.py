"""Chest radiographs drawn for the studies of the phantom cohort."""
