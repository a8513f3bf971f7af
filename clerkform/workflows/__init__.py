"""The use cases, each a short story over the ends that it is handed.

Read in this order: ``load`` makes desired state of manifests, ``request`` says what of it is meant,
``observe`` reads live state, ``plan`` makes a plan of both, with ``remarks`` on it, and ``apply`` carries
it out. ``ports`` are the ends that they are handed, ``planned`` is what goes from one to the other.
``saved_plan`` keeps a plan for later, ``pull`` writes live state down, ``template_tests`` runs what JWT
templates expect.
"""
