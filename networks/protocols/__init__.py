"""Protocols that several experiments use, named as a physiologist names them."""

from networks.protocols.contractions import (
    brief_excitation,
    shaped_contraction,
    trapezoidal_contraction,
    triangular_contraction,
)
from networks.protocols.depression import depressed_reflex
from networks.protocols.moved import stretch, tendon_vibration
from networks.protocols.reflexes import conditioned_reflex, multiple, nerve_stimulus
from networks.protocols.rotation import joint_rotation
from networks.protocols.spasm import spasm
from networks.protocols.torque import torque_task
from networks.protocols.vibstim import vibration_and_stimulation
from networks.protocols.voluntary import isometric_contraction, ramp_and_pulse

__all__ = [
    "brief_excitation",
    "conditioned_reflex",
    "depressed_reflex",
    "isometric_contraction",
    "joint_rotation",
    "multiple",
    "nerve_stimulus",
    "ramp_and_pulse",
    "shaped_contraction",
    "spasm",
    "stretch",
    "tendon_vibration",
    "torque_task",
    "trapezoidal_contraction",
    "triangular_contraction",
    "vibration_and_stimulation",
]
