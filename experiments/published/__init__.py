"""What people and animals showed, one file for each study or group of studies, each number with its source."""
