"""What ΔF, the motor-unit estimate of persistent inward currents, says: in the model, and in recordings."""
