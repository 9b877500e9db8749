"""The methods of localization, each as one value; `registry.py` lists them.

Modules of this package import heavy libraries inside their functions, so that the list itself costs
nothing. Those that train, `*_training.py`, are imported by what trains alone.
"""
