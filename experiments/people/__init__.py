"""People who are asked to hold a torque, and what is done to them meanwhile."""
