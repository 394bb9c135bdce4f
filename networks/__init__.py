"""Biology, declared: equation text, numbers with units and sources, wiring. No code that computes.

import networks

networks.pool("hTA", size=8, monoamine=0.9)        # what comes with Sherrington, by name
networks.segment(soleus={"monoamine": 0.5})
networks.ankle(scale=0.1)
"""

from networks.shipped import ankle, names, pool, segment

__all__ = ["ankle", "names", "pool", "segment"]
