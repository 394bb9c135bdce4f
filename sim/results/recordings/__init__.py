"""Decomposed recordings in the Dataset schema of a result, so that one estimator measures both; one file per format."""
