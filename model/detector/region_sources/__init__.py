"""Sources of candidate regions, a file each; `model/registries/region_sources.py` lists them."""
