"""The use cases, each a short story over the ends that it is handed.

Read in this order: ``load`` makes desired state of manifests, ``request`` says what of it is meant,
``observe`` reads live state, ``pipeline`` makes a plan of both and applies it. ``saved_plan`` keeps a
plan for later, ``pull`` writes live state down, ``template_tests`` runs what JWT templates expect.
"""
