"""Amortised posteriors: trained once on simulations of a prior, they answer for any observation within a second.

    estimator = train(x, points, space=space, features=features, checkpoint="training")
    estimator.save("triangle.posterior")
    posterior = Estimator.load("triangle.posterior").infer(summaries)
    posterior.refusal or posterior.sentences

The package knows summaries and spaces, and nothing of what was simulated. Training needs JAX and optax; inference NumPy
and SciPy alone.
"""

from sim.fit.posterior.assessment import Assessment
from sim.fit.posterior.descent import Descent
from sim.fit.posterior.ensemble import Nets
from sim.fit.posterior.errors import EstimatorError, PosteriorError
from sim.fit.posterior.estimator import Estimator
from sim.fit.posterior.features import Feature
from sim.fit.posterior.posterior import Posterior
from sim.fit.posterior.training import Plan, forget, train
from sim.fit.posterior.witnesses import Witnesses

__all__ = [
    "Assessment",
    "Descent",
    "Estimator",
    "EstimatorError",
    "Feature",
    "Nets",
    "Plan",
    "Posterior",
    "PosteriorError",
    "Witnesses",
    "forget",
    "train",
]
