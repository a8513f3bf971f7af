"""Where secret values come from, where new ones go, and what keeps them out of everything else.

``vault`` is the face of the rest: it asks ``sources`` and ``sinks``, which ask ``places`` and
``programs`` what a manifest may name. ``signing_keys`` says whether a secret can sign, ``redaction``
takes secrets out of texts. How a manifest refers to one is in ``model.secrets`` and ``model.sink``:
shapes alone, and no secret. Nothing is imported here, and nothing in this folder needs httpx.
"""
