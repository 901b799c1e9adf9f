# embed.cmake - cmake -DFROM=FILE -DTO=FILE.c -DSYMBOL=NAME -P: the bytes of a file as a string of C, with a 0 behind it.
file(READ ${FROM} bytes HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
get_filename_component(name ${FROM} NAME)
file(WRITE ${TO} "/* ${name} */\nextern const char ${SYMBOL}[];\nconst char ${SYMBOL}[] = {\n${bytes}0\n};\n")
