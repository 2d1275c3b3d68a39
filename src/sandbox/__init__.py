"""The outside world, simulated: government portal, unified cashier and the centre's bank, for demo and tests.

A process of its own that shares no code with the centre: it speaks the public formats (OpenID Connect, WeChat Pay v3,
Alipay RSA2), so what works against it works against the real parties. It is an extra and absent in production.
"""
