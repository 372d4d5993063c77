# The lines of gpupass-log --json as short ones without times:
#	EVENT [CARD] [FUNCTION] [IDs]: TEXT (ERRNO)
# and of the header what a test can know.
/"kind":"trace"/{
	s/.*"written":\([0-9]*\),"lost":\([0-9]*\),"torn":\([0-9]*\),.*/written \1, lost \2, torn \3/
	b
}
/"kind":"record"/!b
s/^{"kind":"record","sequence":[0-9]*,"monotonic_ns":[0-9]*//
s/,"realtime":"[^"]*"//
s/,"duration_ns":[0-9]*//
s/,"number":[0-9]*,"event":"\([^"]*\)","phrase":"[^"]*","level":[0-7]/\1/
s/,"card":"\([^"]*\)"/ \1/
s/,"function":"\([^"]*\)"/ \1/
/function-found/s/,"vendor":"\([^"]*\)","device":"\([^"]*\)","class":"\([^"]*\)"/ \1:\2 \3/
s/,"vendor":"[^"]*","device":"[^"]*","class":"[^"]*"//
s/,"class_name":"[^"]*"//
s/,"errno":[0-9]*,"errno_name":"\([A-Z0-9]*\)"}$/ (\1)}/
s/,"text":"\(.*\)"\( ([A-Z0-9]*)\)\{0,1\}}$/: \1\2/
s/}$//
s/\\"/"/g
/^start/s/version [^,]*, kernel .*/version VERSION, kernel RELEASE/
