"""How people come in to the desk: by a password, and a code of their phone if they have set it up.

`attempts` counts what fails, `second_step` decides who counts as signed in, `devices` takes codes,
and `recovery` the ten that stand in for a phone which is lost.
"""
