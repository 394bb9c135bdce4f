"""What Sherrington claims, measured anew against what others computed: `python -m experiments.verification`."""
