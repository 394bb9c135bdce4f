"""What a simulation leaves behind: a labelled Zarr store, small measures, and where they came from."""
