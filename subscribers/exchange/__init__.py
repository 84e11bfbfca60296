"""Files of subscribers: reading those of other programs and our own, and writing ours.

decoding -> records -> columns -> rows -> table      a file becomes rows, or problems of lines
deciding -> importing                                what each row does to whom we know
exporting                                            what `restore` reads again
"""
