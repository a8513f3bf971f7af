"""Where secret values come from, where new ones go, and what keeps them out of everything else.

``vault`` finds and delivers them, ``signing_keys`` says whether one can sign; ``redaction`` takes
them out of texts. How a manifest refers to a secret is in ``model.secrets`` and ``model.sink``:
shapes alone, and no secret. Nothing is imported here, and nothing in this folder needs httpx.
"""
