import type { IsolationClass } from '#contract/sandbox'

/** What a command has printed, standard output and standard error together without the last end of line, and its exit code. */
export interface Outcome {
  readonly text: string
  readonly code: number
}

/** What somebody types on a day, and what it prints. Each runs by bash in an empty folder of its own. */
export interface DailyCommand {
  readonly name: string
  readonly script: string
  /** The text of its {@link Outcome}. */
  readonly prints: string
  /** 0 where absent. */
  readonly code?: number
  /** Programs beyond {@link everydayPrograms}; left out where this machine has none. */
  readonly needs?: readonly string[]
  /** What comes of it in a class that does otherwise, as docs/classes.md says. */
  readonly otherwise?: Partial<Readonly<Record<IsolationClass, Outcome>>>
}

/** Of bash, the core utilities, and what else every Debian has. */
export const everydayPrograms = [
  ...[
    'bash',
    'sh',
    'awk',
    'find',
    'xargs',
    'grep',
    'sed',
    'tar',
    'gzip',
    'diff',
    'cmp',
    'flock',
    'setsid',
    'perl',
    'echo',
    'true',
  ],
  ...[
    'ls',
    'stat',
    'cat',
    'cp',
    'mv',
    'rm',
    'ln',
    'mkdir',
    'rmdir',
    'chmod',
    'chown',
    'touch',
    'install',
    'truncate',
    'dd',
  ],
  ...['head', 'tail', 'wc', 'sort', 'uniq', 'cut', 'tr', 'paste', 'join', 'comm', 'tee', 'split', 'nl', 'fold', 'od'],
  ...[
    'base64',
    'md5sum',
    'sha256sum',
    'mktemp',
    'readlink',
    'realpath',
    'basename',
    'dirname',
    'seq',
    'expr',
    'date',
    'env',
  ],
  ...[
    'id',
    'whoami',
    'uname',
    'nproc',
    'df',
    'du',
    'sleep',
    'timeout',
    'nohup',
    'nice',
    'mkfifo',
    'tty',
    'sync',
    'getconf',
  ],
]

export const dailyCommands: readonly DailyCommand[] = [
  // Files and folders
  { name: 'ls lists names in order', script: 'touch b a c; ls', prints: 'a\nb\nc' },
  {
    name: 'ls -l shows mode, links and size',
    script: 'echo hi >f; chmod 640 f; ls -l f | cut -c1-12',
    prints: '-rw-r----- 1',
  },
  { name: 'ls -la shows what is hidden', script: 'touch .h; ls -a', prints: '.\n..\n.h' },
  {
    name: 'stat reads size, mode and links',
    script: 'echo hi >f; chmod 751 f; ln f g; stat -c "%s %a %h %F" f',
    prints: '3 751 2 regular file',
  },
  {
    name: 'touch -d sets a time that stat reads',
    script: 'touch -d @1234567890 f; stat -c %Y f',
    prints: '1234567890',
  },
  { name: 'touch -d sets parts of a second', script: 'touch -d @5.25 f; date -u -r f +%s.%N', prints: '5.250000000' },
  {
    name: 'cp -a keeps mode, time and links',
    script:
      'echo x >f; chmod 604 f; touch -d @99 f; ln -s f l; cp -a . ../copy; stat -c "%a %Y" ../copy/f; readlink ../copy/l; rm -r ../copy',
    prints: '604 99\nf',
  },
  { name: 'cp -r copies a tree', script: 'mkdir -p a/b; echo 1 >a/b/c; cp -r a z; cat z/b/c', prints: '1' },
  { name: 'mv renames over what is there', script: 'echo 1 >a; echo 2 >b; mv a b; cat b; ls', prints: '1\nb' },
  { name: 'mv moves a folder', script: 'mkdir -p a/b c; mv a c/; find . | sort', prints: '.\n./c\n./c/a\n./c/a/b' },
  { name: 'rm -r removes a tree', script: 'mkdir -p a/b/c; touch a/b/f; rm -r a; ls | wc -l', prints: '0' },
  {
    name: 'a hard link is the same file',
    script: 'echo 1 >a; ln a b; echo 2 >>b; cat a; [ a -ef b ] && echo same',
    prints: '1\n2\nsame',
  },
  {
    name: 'a link names its target, also one that is not there',
    script: 'ln -s /no/where l; readlink l; cat l 2>&1 | sed "s/.*: //"',
    prints: '/no/where\nNo such file or directory',
  },
  { name: 'mkdir -p -m makes folders', script: 'mkdir -p a/b; mkdir -m 2750 c; stat -c %a a c', prints: '755\n2750' },
  {
    name: 'rmdir refuses what is not empty',
    script: 'mkdir -p a/b; rmdir a 2>&1 | sed "s/.*: //"; rmdir a/b a; ls | wc -l',
    prints: 'Directory not empty\n0',
  },
  {
    name: 'chmod takes letters',
    script: 'touch f; chmod 600 f; chmod u+x,g=r,o-rwx f; stat -c %A f',
    prints: '-rwxr-----',
  },
  { name: 'chown changes owner and group', script: 'touch f; chown 12:34 f; stat -c %u:%g f', prints: '12:34' },
  { name: 'install makes a file with a mode', script: 'echo x >a; install -m 711 a b; stat -c %a b', prints: '711' },
  {
    name: 'truncate makes a sparse file of five gigabytes',
    script: 'truncate -s 5G f; stat -c %s f; [ $(du -k f | cut -f1) -lt 1000 ] && echo sparse',
    prints: '5368709120\nsparse',
    otherwise: { gvisor: { text: '5368709120', code: 1 } },
  },
  {
    name: 'dd writes at an offset',
    script: 'printf abcdef >f; printf XY | dd of=f bs=1 seek=2 conv=notrunc 2>/dev/null; cat f',
    prints: 'abXYef',
  },
  { name: 'sync and sync of one file succeed', script: 'echo x >f; sync f; sync; echo done', prints: 'done' },
  {
    name: 'a name may have 255 bytes, and no more',
    script: 'n=$(printf "%0255d" 0); touch $n; ls | tr -d "\\n" | wc -c; touch ${n}1 2>&1 | sed "s/.*: //"',
    prints: '255\nFile name too long',
  },
  {
    name: 'names may have blanks, ends of lines and any letters',
    script: 'touch "a b" $\'c\\nd\' "é漢"; find . -type f -print0 | sort -z | tr "\\0\\n" ",/"',
    prints: './a b,./c/d,./é漢,',
  },
  {
    name: 'a thousand files in a folder',
    script: 'seq 1000 | xargs touch; ls | wc -l; rm *; ls | wc -l',
    prints: '1000\n0',
  },
  {
    name: 'folders a hundred levels deep',
    script: 'p=$(printf "d/%.0s" $(seq 100)); mkdir -p $p; find . -type d | wc -l',
    prints: '101',
  },
  {
    name: 'what is removed can be read on while it is open',
    script: 'echo kept >f; exec 3<f; rm f; cat <&3',
    prints: 'kept',
  },
  {
    name: 'mktemp makes names that are new',
    script: 'a=$(mktemp -p .); b=$(mktemp -p .); [ $a != $b ] && stat -c %a $a',
    prints: '600',
  },
  {
    name: 'realpath goes through links',
    script: 'mkdir -p a; ln -s a b; realpath b/../b/. | sed "s/.*\\///"',
    prints: 'a',
  },
  { name: 'umask holds', script: 'umask 027; touch f; mkdir d; stat -c %a f d', prints: '640\n750' },
  {
    name: 'df and du report',
    script: 'df -P / | wc -l; head -c 100000 /dev/zero >f; du -k --apparent-size f | cut -f1',
    prints: '2\n98',
  },
  // Text
  { name: 'head and tail', script: 'seq 10 >f; head -n 2 f; tail -n 1 f; tail -n +9 f', prints: '1\n2\n10\n9\n10' },
  { name: 'wc counts lines, words and bytes', script: 'printf "a b\\nc\\n" | wc | tr -s " "', prints: ' 2 3 6' },
  {
    name: 'sort by number, key and once',
    script: 'printf "b 2\\na 10\\nb 2\\n" | sort -u -k2,2n',
    prints: 'b 2\na 10',
  },
  { name: 'uniq -c counts', script: 'printf "a\\na\\nb\\n" | uniq -c | tr -s " "', prints: ' 2 a\n 1 b' },
  {
    name: 'cut, tr and paste',
    script: 'printf "a:b\\nc:d\\n" | cut -d: -f2 | tr a-z A-Z | paste -s -d+',
    prints: 'B+D',
  },
  {
    name: 'join and comm',
    script: 'printf "1 a\\n2 b\\n" >x; printf "2 c\\n3 d\\n" >y; join x y; comm -12 <(cut -c1 x) <(cut -c1 y)',
    prints: '2 b c\n2',
  },
  { name: 'tee writes a file and goes on', script: 'echo x | tee f; cat f', prints: 'x\nx' },
  {
    name: 'split and cat are each other’s reverse',
    script: 'seq 1000 >f; split -l 100 f p; cat p* | cmp - f && ls p* | wc -l',
    prints: '10',
  },
  {
    name: 'nl, fold and od',
    script: 'echo abcd | fold -w2 | nl -w1 -s:; printf A | od -An -tx1',
    prints: '1:ab\n2:cd\n 41',
  },
  {
    name: 'base64 both ways',
    script: 'head -c 1000 /dev/urandom >f; base64 f | base64 -d | cmp - f && echo same',
    prints: 'same',
  },
  {
    name: 'checksums are right',
    script: 'printf abc | md5sum; printf abc >f; sha256sum f >s; sha256sum -c s',
    prints: '900150983cd24fb0d6963f7d28e17f72  -\nf: OK',
  },
  {
    name: 'diff -u shows what changed, and exits with 1',
    script: 'printf "a\\nb\\n" >x; printf "a\\nc\\n" >y; diff -u x y | tail -n 3; diff -q x y',
    prints: ' a\n-b\n+c\nFiles x and y differ',
    code: 1,
  },
  {
    name: 'grep -r finds in a tree',
    script: 'mkdir -p a/b; echo "one two" >a/b/f; grep -rno "t.o" a; grep -q none a/b/f',
    prints: 'a/b/f:1:two',
    code: 1,
  },
  { name: 'grep -E with groups, -c and -v', script: 'seq 20 >f; grep -Ec "^(1|2).$" f; grep -vc 1 f', prints: '11\n9' },
  { name: 'sed -i changes a file in place', script: 'echo one >f; sed -i "s/o/0/;a two" f; cat f', prints: '0ne\ntwo' },
  {
    name: 'awk sums a column',
    script: 'printf "a 1\\nb 2\\na 3\\n" | awk \'{s[$1]+=$2} END {print s["a"], s["b"]}\'',
    prints: '4 2',
  },
  {
    name: 'perl edits with a pattern',
    script: "echo 2026-11-30 | perl -pe 's/(\\d+)-(\\d+)-(\\d+)/$3.$2.$1/'",
    prints: '30.11.2026',
  },
  // Finding and archives
  {
    name: 'find by name, kind, size and permission',
    script:
      'mkdir d; touch a.c b.h; head -c 5000 /dev/zero >big; chmod 600 b.h; find . -name "*.c" -o -type d -name d -o -size +4k -o -perm 600 | sort',
    prints: './a.c\n./b.h\n./big\n./d',
  },
  {
    name: 'find -exec and -newer',
    script: 'touch -d @1 old; touch new; find . -type f -newer old -exec basename {} \\;',
    prints: 'new',
  },
  { name: 'find -delete', script: 'touch a.o b.o c; find . -name "*.o" -delete; ls', prints: 'c' },
  {
    name: 'xargs -P runs beside each other',
    script: 'seq 8 | xargs -P 4 -n 1 echo | sort -n | paste -s -d,',
    prints: '1,2,3,4,5,6,7,8',
  },
  {
    name: 'tar keeps modes, times and links',
    script:
      'mkdir a; echo x >a/f; chmod 751 a/f; touch -d @77 a/f; ln -s f a/l; ln a/f a/h; tar cf t a; rm -r a; tar xf t; stat -c "%a %Y %h" a/f; readlink a/l',
    prints: '751 77 2\nf',
  },
  {
    name: 'tar czf and tar tzf',
    script: 'mkdir a; touch a/1 a/2; tar czf t.gz a; tar tzf t.gz | sort',
    prints: 'a/\na/1\na/2',
  },
  { name: 'gzip both ways', script: 'seq 10000 >f; gzip -k f; gzip -dc f.gz | cmp - f && echo same', prints: 'same' },
  // Processes
  {
    name: 'exit codes of what is missing, not executable, and a folder',
    script: 'no-such; echo $?; touch f; ./f; echo $?; mkdir d; ./d; echo $?',
    prints:
      '/daily: line 1: no-such: command not found\n127\n/daily: line 1: ./f: Permission denied\n126\n/daily: line 1: ./d: Is a directory\n126',
  },
  {
    name: 'a script with an interpreter',
    script: 'printf "#!/bin/sh\\necho \\$0 \\$1\\n" >s; chmod +x s; ./s arg',
    prints: './s arg',
  },
  { name: 'a script without an interpreter', script: 'echo "echo plain" >s; chmod +x s; ./s', prints: 'plain' },
  {
    name: 'a child that was killed has 128 and the signal',
    script: 'sleep 100 & kill $!; wait $!; echo $?; sleep 100 & kill -9 $!; wait $! 2>/dev/null; echo $?',
    prints: '143\n137',
  },
  {
    name: 'a trap runs at a signal and at the end',
    script: '(trap "echo end" EXIT; trap "echo heard" USR1; kill -USR1 $BASHPID; echo on)',
    prints: 'heard\non\nend',
  },
  { name: 'timeout ends what takes too long', script: 'timeout 0.2 sleep 100; echo $?', prints: '124' },
  {
    name: 'jobs in the background are waited for',
    script: 'for i in 1 2 3; do (sleep 0.1; echo $i >f$i) & done; wait; cat f1 f2 f3',
    prints: '1\n2\n3',
  },
  {
    name: 'pipefail and PIPESTATUS',
    script: 'set -o pipefail; false | true; echo $?; true | false | true; echo ${PIPESTATUS[@]}',
    prints: '1\n0 1 0',
  },
  {
    name: 'who writes into a pipe that nobody reads gets PIPE',
    script: 'yes_() { while echo y; do :; done; }; (yes_ 2>/dev/null; ) | head -n 1; echo ${PIPESTATUS[0]}',
    prints: 'y\n141',
  },
  { name: 'a substituted process is a file', script: 'cat <(echo one) <(echo two)', prints: 'one\ntwo' },
  { name: 'a here document', script: 'cat <<END\n$((6*7))\nEND', prints: '42' },
  { name: 'descriptors beyond the third', script: 'exec 7>f; echo seven >&7; exec 7>&-; cat f', prints: 'seven' },
  { name: 'a named pipe carries bytes', script: 'mkfifo p; (echo through >p) & cat p; wait', prints: 'through' },
  {
    name: 'flock keeps others out',
    script: 'exec 9>l; flock 9; flock -n l true; echo $?; flock -u 9; flock -n l echo free',
    prints: '1\nfree',
  },
  {
    name: 'lines that four processes append are whole',
    script:
      'for i in 1 2 3 4; do (for j in $(seq 15); do echo "line $i" >>f; done) & done; wait; grep -c "^line [1-4]$" f',
    prints: '60',
  },
  {
    name: 'setsid, nohup and nice',
    script: 'setsid -w echo own; nohup echo on 2>/dev/null; nice -n 5 nice',
    prints: 'own\non\n5',
  },
  { name: 'env -i is empty', script: 'env -i A=1 /usr/bin/env', prints: 'A=1' },
  {
    name: 'an argument of a hundred thousand bytes',
    script: 'a=$(head -c 100000 /dev/zero | tr "\\0" x); env echo $a | wc -c',
    prints: '100001',
  },
  {
    name: 'a tree of processes is counted by its parent',
    script:
      'p=; for i in $(seq 20); do (exit $i) & p="$p $!"; done; s=0; for i in $p; do wait $i; s=$((s+$?)); done; echo $s',
    prints: '210',
  },
  {
    name: 'limits of a shell hold',
    script:
      'ulimit -n 20; ulimit -n; ulimit -f 1; bash -c "head -c 5000 /dev/zero >f" 2>/dev/null; echo $?; stat -c %s f',
    prints: '20\n153\n1024',
  },
  { name: 'a shell that replaces itself', script: '(exec echo replaced)', prints: 'replaced' },
  {
    name: 'sleep takes parts of a second, and the clock goes on',
    script: 'a=$(date +%s%N); sleep 0.15; b=$(date +%s%N); [ $((b-a)) -ge 150000000 ] && echo waited',
    prints: 'waited',
  },
  // What the system says
  { name: 'who I am', script: 'id -u; id -gn; whoami; echo $HOME', prints: '0\nroot\nroot\n/root' },
  { name: 'what runs here', script: 'uname -s; [ $(nproc) -ge 1 ] && getconf PAGESIZE', prints: 'Linux\n4096' },
  {
    name: 'my own process is in /proc',
    script:
      'cat /proc/self/comm; [ "$(readlink /proc/$$/exe)" = "$(realpath /bin/bash)" ] && echo bash; tr "\\0" " " </proc/self/cmdline | cut -d" " -f1',
    prints: 'cat\nbash\ntr',
    otherwise: { gvisor: { text: 'cat\ntr', code: 0 } },
  },
  {
    name: 'mounts and memory can be read',
    script: 'grep -c " / " /proc/mounts; grep -c MemTotal /proc/meminfo; [ -r /proc/cpuinfo ] && echo cpu',
    prints: '1\n1\ncpu',
  },
  {
    name: 'the devices that programs expect',
    script:
      'head -c 3 /dev/zero | od -An -tx1; head -c 16 /dev/urandom | wc -c; echo x >/dev/null; cat /dev/null | wc -c',
    prints: ' 00 00 00\n16\n0',
  },
  {
    name: '/dev/full is full',
    script: 'echo x >/dev/full',
    prints: '/daily: line 1: echo: write error: No space left on device',
    code: 1,
  },
  {
    name: '/dev/stdin, /dev/stdout and /dev/fd',
    script: 'echo in | cat /dev/stdin; echo out | tee /dev/stdout | wc -l; exec 5<<<"five"; cat /dev/fd/5',
    prints: 'in\n2\nfive',
  },
  {
    name: 'there is no terminal where none was requested',
    script: 'tty; [ -t 0 ] || echo none',
    prints: 'not a tty\nnone',
  },
  {
    name: 'time zones and dates',
    script: 'date -u -d @0 +%FT%TZ; TZ=UTC-2 date -d @0 +%H; date -u -d "2024-02-28 + 2 days" +%F',
    prints: '1970-01-01T00:00:00Z\n02\n2024-03-01',
  },
  {
    name: 'memory files live in /dev/shm and /tmp',
    script:
      'echo x >/dev/shm/joey; cat /dev/shm/joey; rm /dev/shm/joey; echo y >/tmp/joey; cat /tmp/joey; rm /tmp/joey',
    prints: 'x\ny',
  },
  // Languages and tools that many images have
  {
    name: 'git makes a repository, a branch and a merge',
    needs: ['git'],
    script:
      'git -c init.defaultBranch=main init -q --template= r; cd r; g() { git -c user.name=a -c user.email=a@b "$@"; }; echo 1 >f; g add f; g commit -qm one; g checkout -qb side; echo 2 >g; g add g; g commit -qm two; g checkout -q main; g merge -q --no-ff -m merged side; g log --format=%s | sort; g status --short | wc -l',
    prints: 'merged\none\ntwo\n0',
  },
  {
    name: 'perl opens sockets, forks and waits',
    script:
      'perl -e \'pipe(R,W); if(!fork){close R; print W "child $$ of ",getppid(),"\\n"; exit 7} close W; $_=<R>; wait; print /child \\d+ of $$/ ? "mine" : "other", " ", $?>>8, "\\n"\'',
    prints: 'mine 7',
  },
  {
    name: 'perl reads, seeks and truncates',
    script:
      'perl -e \'open F,"+>","f"; print F "abcdef"; seek F,2,0; read F,$x,2; truncate F,4; close F; print $x, -s "f", "\\n"\'',
    prints: 'cd4',
  },
  {
    name: 'perl gets an alarm',
    script: 'perl -e \'$SIG{ALRM}=sub{die "alarm\\n"}; alarm 1; eval {select(undef,undef,undef,30)}; print $@\'',
    prints: 'alarm',
  },
  {
    name: 'perl renames and lists a folder',
    script: 'touch a b; perl -e \'rename "a","c"; opendir D,"."; print join(",",sort grep !/^\\./, readdir D),"\\n"\'',
    prints: 'b,c',
  },
  {
    name: 'a program that writes to the audit finds none that refuses it',
    script:
      'perl -e \'socket(S,16,3,9) or print("none\\n"),exit; send S,pack("LSSLL",20,1112,5,1,0)."op=x",0,pack("SSLL",16,0,0,0); recv S,$b,99,0; print((unpack "LSSLLl",$b)[5] == -111 ? "none\\n" : "refused\\n")\'',
    prints: 'none',
  },
  {
    name: 'a socket gets a second name',
    script:
      'perl -e \'socket(S,1,1,0); bind(S,pack "Sa*",1,"a\\0"); print link("a","b") ? "linked\\n" : "$!\\n"; print rename("a","c") ? "renamed\\n" : "$!\\n"\'',
    prints: 'linked\nrenamed',
    otherwise: { gvisor: { text: 'Bad file descriptor\nrenamed', code: 0 } },
  },
]
