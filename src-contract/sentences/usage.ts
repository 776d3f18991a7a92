import { defineSentences } from '../reasons/define.ts'

/** What is wrong with a command line, the problem of the reason `usage`. Options and words are the same in all languages. */
export const usageSentences = defineSentences({
  'usage-command-unknown': {
    params: { word: 'text', close: 'text?' },
    sentence:
      'There is no command "{word}". {close, select, = {joey help lists the commands.} other {Did you mean joey {close}?}}',
  },
  'usage-command-word-missing': {
    params: { first: 'text', names: 'text' },
    sentence: 'joey {first} needs one more word: {names}.',
  },
  'usage-command-word-unknown': {
    params: { word: 'text', names: 'text', close: 'text?' },
    sentence:
      'There is no command "{word}". {close, select, = {There are: {names}.} other {Did you mean joey {close}?}}',
  },
  'usage-option-unknown': {
    params: { option: 'text', close: 'text?' },
    sentence: 'There is no option {option} here.{close, select, = {} other { Did you mean {close}?}}',
  },
  /** An option of Docker that is called otherwise here, or means nothing. */
  'usage-option-of-docker': {
    params: {
      option: 'text',
      value: 'text?',
      kind: [
        ...(['cap', 'device', 'privileged', 'network', 'processes', 'memory'] as const),
        ...(['users', 'hostname', 'domain', 'class', 'disk', 'log', 'link', 'address', 'volumes', 'driver'] as const),
        ...(['expose', 'groups', 'oom', 'dnsOption', 'trust', 'socket', 'rates', 'limit', 'windows'] as const),
        ...(['details', 'checkpoint', 'size', 'type', 'archive', 'followLink'] as const),
      ],
    },
    sentence: `{option}: {kind, select,
      cap {a capability is a grant. Write --grant cap:{value, select, = {NAME} other {{value}}}.}
      device {a device of this machine is a grant. Write --grant device:{value, select, = {/dev/NAME} other {{value}}}.}
      privileged {nothing opens everything. What a sandbox needs is granted by name, as in --grant cap:SYS_ADMIN or --grant device:/dev/NAME.}
      network {here it is --network{value, select, = {} other { {value}}}.}
      processes {a sandbox sees its own processes alone, never those of this machine or of another.}
      memory {a sandbox shares memory with nobody, neither this machine nor another.}
      users {a sandbox has users of its own already, which are nobody on this machine, wherever its class and its mounts allow it.}
      hostname {a sandbox has a hostname of its own. Write --hostname NAME.}
      domain {the hostname may have the domain in it. Write --hostname NAME.{value, select, = {DOMAIN} other {{value}}}.}
      class {how a sandbox is isolated is its class. Write --class container, gvisor or microvm.}
      disk {the limit of what it can write is --disk {value, select, = {BYTES} other {{value}}}.}
      log {Joey keeps the log of every sandbox itself, within a limit. "joey logs NAME" shows it.}
      link {sandboxes on one network reach each other by name. Write --network NAME for each of them.}
      address {the addresses of a sandbox are given by Joey. On a network it is reached by its name.}
      volumes {volumes have names. Write -v VOLUME:PATH for each; "joey inspect {value, select, = {NAME} other {{value}}}" shows those of the other sandbox.}
      driver {a volume is a folder that Joey keeps. For a folder of this machine write -v /PATH:/PATH.}
      expose {between sandboxes on one network no port is closed. To reach one from this machine write -p {value, select, = {PORT} other {{value}}}.}
      groups {Joey chooses the control group. Its limits are --memory, --cpus, --pids-limit and --blkio-weight.}
      oom {what takes more memory than its limit is ended by the kernel. Write a larger --memory, or 0 for no limit.}
      dnsOption {here it is --dns-option{value, select, = {} other { {value}}}.}
      trust {Joey checks the digest of everything that it fetches. To have one image and no other, name it by its digest: IMAGE@sha256:DIGEST.}
      socket {no sandbox reaches the agent that keeps it.}
      rates {the disk is limited in bytes a second. Write --device-read-bps or --device-write-bps DEVICE:BYTES, or --blkio-weight for a share.}
      limit {there is no such limit here. There are --memory, --memory-reservation, --memory-swap, --cpus, --cpu-shares and --cpuset-cpus.}
      windows {this is for Windows. Write --cpus, or --device-read-bps and --device-write-bps.}
      details {labels and variables stand in "joey inspect NAME".}
      checkpoint {memory is kept in snapshots. Write "joey snapshot restore NAME@SNAPSHOT".}
      size {what a sandbox has written stands in "joey ls --size".}
      archive {a tar file keeps owners and modes. Write "joey cp NAME:PATH - > FILE" or "joey cp - NAME:PATH < FILE".}
      followLink {a link is copied as a link. Name what it leads to.}
      type {for anything but a sandbox there are "joey image inspect" and "joey volume inspect".}
    }`,
  },
  'usage-sysctl': {
    params: { text: 'text' },
    sentence: '--sysctl {text}: a setting of the kernel is NAME=VALUE, as in net.core.somaxconn=1024.',
  },
  'usage-start-attach-one': {
    params: { extra: 'text' },
    sentence: 'With -a or -i one sandbox is started, not "{extra}" as well.',
  },
  'usage-attach-detached': { sentence: '-a shows it here, and -d does not. Leave one of them out.' },
  'usage-attach-stream': {
    params: { text: 'text' },
    sentence: '-a {text}: a stream is stdin, stdout or stderr.',
  },
  'usage-cpus-twice': { sentence: '--cpus says the same as --cpu-quota and --cpu-period. Leave one of them out.' },
  'usage-format-stream': {
    params: { text: 'text' },
    sentence: '--format {text}: events come one after the other, so there is no table of them. Leave "table" out.',
  },
  'usage-timeout-with-detach': {
    sentence: '--timeout is for a command that is waited for, and -d does not wait. Leave one of them out.',
  },
  'usage-option-without-value': {
    params: { option: 'text', value: 'text?' },
    sentence: '{option} needs a value{value, select, = {} other {: {option} {value}}}.',
  },
  'usage-option-not-boolean': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} is on or off: {option}=true or {option}=false, not "{text}".',
  },
  'usage-operands-missing': {
    params: { verb: 'text', operands: 'text' },
    sentence: 'joey {verb} needs {operands}.',
  },
  'usage-operands-too-many': {
    params: { verb: 'text', operands: 'text?', extra: 'text' },
    sentence:
      'joey {verb} takes {operands, select, = {nothing but options} other {only {operands}}}; "{extra}" is too much.',
  },
  /** What the contract says of a value, still in the words of its schema. */
  'usage-not-valid': { params: { where: 'text', problem: 'text' }, sentence: '{where}: {problem}' },
  'usage-class': {
    params: { where: 'text', text: 'text' },
    sentence: '{where} {text}: it is container, gvisor or microvm.',
  },
  'usage-network-word': {
    params: { where: 'text', text: 'text', kind: ['docker', 'host', 'way'] },
    sentence: `{where} {text}: {kind, select,
      docker {what Docker calls so is nat here. Any other word is the name of a shared network.}
      host {this machine's own network is a grant. Write --grant host-network with joey run, or joey grant SANDBOX host-network.}
      way {this is a way out for one sandbox, not a network that several share. It is chosen by "joey run --network".}
    }`,
  },
  'usage-network-none': {
    sentence: '--network none stands alone: without a network there is none to share.',
  },
  'usage-place-option': { params: { option: 'text', text: 'text' }, sentence: '{option} {text}' },
  'usage-place-line': { params: { file: 'text', line: 'number' }, sentence: '{file}, line {line}' },
  'usage-variable': {
    params: { where: 'sentence' },
    sentence: '{where}: not a variable. Write NAME=VALUE, or only NAME.',
  },
  'usage-variable-zero-byte': {
    params: { where: 'sentence', name: 'text' },
    sentence: '{where}: the value of {name} has a zero byte, which no variable can have.',
  },
  'usage-file-unreadable': {
    params: { option: 'text', file: 'text', code: 'text' },
    sentence: '{option} {file}: cannot be read ({code}).',
  },
  'usage-not-text': { params: { where: 'sentence' }, sentence: '{where}: not UTF-8 text.' },
  'usage-mount': {
    params: { text: 'text' },
    sentence:
      '-v {text}: write SOURCE:TARGET, or TARGET alone for a volume of its own, and :ro behind it to forbid writing. A path with a colon takes --mount.',
  },
  'usage-mount-mode': {
    params: { text: 'text', word: 'text', of: ['folder', 'volume'] },
    sentence:
      '-v {text}: the mode is ro or rw, and {of, select, volume {nocopy} folder {recursive or nowatch}}, not "{word}".',
  },
  'usage-mount-both-modes': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: it is either ro or rw.',
  },
  'usage-mount-long': {
    params: { text: 'text' },
    sentence:
      '--mount {text}: write type=bind,source=SOURCE,target=TARGET, type=volume,source=NAME,target=TARGET or type=tmpfs,target=TARGET.',
  },
  'usage-mount-type': {
    params: { text: 'text', type: 'text' },
    sentence: '--mount {text}: the type is bind, volume or tmpfs, not "{type}".',
  },
  'usage-mount-word': {
    params: { text: 'text', word: 'text' },
    sentence:
      '--mount {text}: "{word}" is none of type=, source=, target=, readonly, recursive, nowatch, volume-nocopy, tmpfs-size= and tmpfs-mode=1777.',
  },
  'usage-mount-foreign': {
    params: { text: 'text', word: 'text', type: 'text' },
    sentence: '--mount {text}: "{word}" means nothing for the type "{type}".',
  },
  'usage-mount-propagation': {
    params: { option: 'text', text: 'text', word: 'text' },
    sentence:
      '{option} {text}: what is mounted on one side never shows on the other, so "{word}" cannot be had. Leave it out; "recursive" brings along what is mounted in the folder now.',
  },
  'usage-volume-name': {
    params: { text: 'text' },
    sentence:
      '"{text}" is not the name of a volume. It has letters, digits, dots, dashes and underscores, and begins with a letter or digit.',
  },
  'usage-prune-unconfirmed': {
    sentence:
      'What is removed is lost, and there is no terminal to ask at. Say --force to remove it, or --dry-run to see what would go.',
  },
  'usage-fix-unconfirmed': {
    sentence:
      'There is no terminal to ask at. Say --yes to have all of it done, or leave --fix out to see what there is.',
  },
  'usage-without-fix': { sentence: '--yes and names of findings go with --fix.' },
  'usage-mount-target': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: the path inside the sandbox must start with a slash.',
  },
  'usage-mount-source': {
    params: { source: 'text', what: ['missing', 'odd'] },
    sentence:
      '-v: {source} {what, select, missing {does not exist. Joey never makes the source of a mount.} odd {is neither a folder nor a file.}}',
  },
  'usage-home-unset': {
    params: { source: 'text' },
    sentence: '-v {source}: HOME is not set, so "~" means nothing here.',
  },
  'usage-port': {
    params: { text: 'text', part: 'text?' },
    sentence:
      '-p {text}: {part, select, = {not a port.} other {"{part}" is not a port.}} Write HOST:GUEST as in 8080:80, or only the port of the sandbox.',
  },
  'usage-port-protocol': {
    params: { text: 'text' },
    sentence: '-p {text}: only ports of TCP and UDP can be published.',
  },
  'usage-port-address': {
    params: { text: 'text', address: 'text?' },
    sentence:
      '-p {text}: ports are published on 127.0.0.1 only, never on {address, select, = {all addresses} other {{address}}}.',
  },
  'usage-port-ranges': {
    params: { text: 'text' },
    sentence: '-p {text}: a range goes up, and both sides have as many ports, as in 8000-8009:80-89.',
  },
  'usage-port-range': { params: { text: 'text' }, sentence: '-p {text}: ports go from 1 to 65535.' },
  'usage-size': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: not a size. Write it as in 64m, 1.5g or 512MiB.',
  },
  'usage-memory': {
    params: { option: 'text', text: 'text', bound: ['least', 'most'] },
    sentence:
      '{option} {text}: {bound, select, least {too little. A sandbox needs at least 6m.} most {more than any machine has. Use 0 for no limit.}}',
  },
  'usage-disk': {
    params: { option: 'text', text: 'text', bound: ['least', 'most'] },
    sentence:
      '{option} {text}: {bound, select, least {too little. A disk has at least 64m.} most {more than any machine has. Use 0 for no limit.}}',
  },
  'usage-cpus': {
    params: { option: 'text', text: 'text', what: ['form', 'most'] },
    sentence: `{option} {text}: {what, select,
      form {not a number of cores. Write it as in 0.5 or 2; the least is 0.01.}
      most {more cores than any machine has. Use 0 for no limit.}
    }`,
  },
  'usage-pids': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: not a number of processes. Write a whole number, or -1 for no limit.',
  },
  'usage-duration': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: not a duration. Write it as in 30s, 10m or 1h30m.',
  },
  'usage-step': { params: { text: 'text' }, sentence: '--step {text}: at least a second, and at most a day.' },
  'usage-stats-format': { params: { text: 'text' }, sentence: '--format {text}: table or csv.' },
  'usage-stats-since': { sentence: '--until, --step and --class are for the past: give --since with them.' },
  'usage-class-or-names': { sentence: 'Say either which sandboxes, or --class.' },
  'usage-duration-short': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: at least a minute, as in 30m.',
  },
  'usage-seconds': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: not a number of seconds from 0 to 600.',
  },
  'usage-whole-number': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: not a whole number.',
  },
  'usage-platform': {
    params: { text: 'text', here: 'text' },
    sentence: '--platform {text}: this machine runs programs for {here} alone.',
  },
  'usage-security-grant': {
    params: { text: 'text', grant: 'text' },
    sentence: '--security-opt {text}: that is given by name, with --grant {grant}.',
  },
  'usage-security-against': {
    params: { text: 'text', grant: 'text' },
    sentence: '--security-opt {text} and --grant {grant} do not go together.',
  },
  'usage-security-unknown': {
    params: { text: 'text' },
    sentence:
      '--security-opt {text}: profiles and labels are chosen by Joey, by what is granted. There is no-new-privileges, which holds anyway.',
  },
  'usage-ulimit': {
    params: { text: 'text' },
    sentence: '--ulimit {text}: write it as in nofile=1024:2048, or nofile=1024 for both.',
  },
  'usage-check-short': {
    params: { option: 'text', text: 'text', least: 'number' },
    sentence: '{option} {text}: at least {least} ms, as in 5s.',
  },
  'usage-no-healthcheck': { sentence: '--no-healthcheck and other options of the check do not go together.' },
  'usage-retries': {
    params: { text: 'text' },
    sentence: '--health-retries {text}: not a number of failures, as in 3.',
  },
  'usage-condition': {
    params: { option: 'text', text: 'text', names: 'text' },
    sentence: '{option} {text}: there are {names}.',
  },
  'usage-wait-detached': { sentence: '--wait is for what is left running: give -d as well.' },
  'usage-moment': {
    params: { option: 'text', text: 'text' },
    sentence: '{option} {text}: not a time. Write how long ago, as in 10m, or as in 2026-01-31T12:00:00Z.',
  },
  'usage-function-name': { params: { text: 'text' }, sentence: '"{text}" is not the name of a function.' },
  'usage-function-image': { sentence: 'Say which image it runs: --image IMAGE. "joey image ls" shows what is here.' },
  'usage-header': { params: { text: 'text' }, sentence: '-H {text}: not a header. Write it as in Name: value.' },
  'usage-traffic': {
    params: { text: 'text' },
    sentence: '{text}: not a share of the calls. Write it as in 3=90, or 4=10:canary with a tag.',
  },
  'usage-number': {
    params: { option: 'text', text: 'text', least: 'number', most: 'number' },
    sentence: '{option} {text}: not a number from {least} to {most}.',
  },
  'usage-lines': { params: { text: 'text' }, sentence: '-n {text}: not a number of lines.' },
  'usage-event': { params: { text: 'text' }, sentence: '--since {text}: not the number of an event.' },
  'usage-tree': {
    params: { word: 'text' },
    sentence:
      '"{word}" is not the name of a sandbox, snapshot or image. Write it as in web, web@before or image:busybox.',
  },
  'usage-tmpfs': {
    params: { text: 'text', word: 'text' },
    sentence:
      '--tmpfs {text}: "{word}" cannot be had. It is for everybody (mode=1777), without programs (noexec), and takes "size=BYTES".',
  },
  'usage-cp-sides': {
    sentence: 'One of the two must be in a sandbox, snapshot or image: NAME:PATH, as in web:/etc/hosts.',
  },
  'usage-cp-terminal': {
    params: { stream: ['in', 'out'] },
    sentence: `{stream, select,
      in {Standard input is a terminal, and - reads a tar file from there. Write it as in: joey cp - NAME:PATH < FILE.}
      other {Standard output is a terminal, which has no use for a tar file. Write it as in: joey cp NAME:PATH - > FILE.}
    }`,
  },
  'usage-cp-no-folder': { params: { path: 'text' }, sentence: 'There is no folder "{path}".' },
  'usage-trees-differ': { sentence: 'All paths must be of one tree.' },
  'usage-quote-open': { params: { option: 'text', text: 'text' }, sentence: '{option} {text}: a quote is not closed.' },
  'usage-label': { params: { text: 'text' }, sentence: '-l {text}: a label is NAME=VALUE.' },
  'usage-key': {
    params: { text: 'text', key: 'text' },
    sentence: '--detach-keys {text}: "{key}" is not a key. Write single keys or ctrl-KEY, apart by commas.',
  },
  'usage-keep-or-stop': { params: { text: 'text' }, sentence: '--sandboxes {text}: it is keep or stop.' },
  'usage-setting-unknown': {
    params: { word: 'text', names: 'text' },
    sentence: '{word}: write NAME=VALUE with one of {names}.',
  },
  'usage-setting-value': {
    params: {
      word: 'text',
      form: [
        'class',
        'boolean',
        'hours',
        'percent',
        'totalPercent',
        'size',
        'kernel',
        'registry',
        'hosts',
        'aliases',
        'file',
        'proxy',
      ],
    },
    sentence: `{word}: it is {form, select,
      class {container, gvisor or microvm}
      boolean {true or false}
      hours {a whole number of hours from 1 to 720, or never}
      percent {a whole number of percent from 1 to 100, or none}
      totalPercent {a whole number of percent from 10 to 100, or none}
      size {at least 64m, as in 512m or 10g, or none}
      kernel {the whole path of a kernel, or default}
      registry {a host as in localhost:5000, or default}
      hosts {hosts with commas between them, as in localhost:5000,example.com, or none}
      aliases {names and what they stand for with commas between them, as in web=example.com/team/web:2, or none}
      file {the whole path of a file, or none}
      proxy {http://HOST:PORT, or none}
    }.`,
  },
  'usage-pull-when': { params: { text: 'text' }, sentence: '--pull {text}: missing, always or never.' },
  'usage-login-name': { sentence: 'Say who you are there: --username NAME.' },
  'usage-login-password': { sentence: 'No password came on standard input.' },
  'usage-registry': {
    params: { text: 'text' },
    sentence: '"{text}" is not a registry: write its host, with a port where it has one.',
  },
  'usage-filter': {
    params: { text: 'text', names: 'text' },
    sentence: '--filter {text}: write KEY=VALUE with one of {names}.',
  },
  'usage-filter-value': {
    params: { text: 'text', key: 'text', names: 'text' },
    sentence: '--filter {text}: {key} is one of {names}.',
  },
  'usage-change': {
    params: { text: 'text' },
    sentence: '"{text}": write FIELD=VALUE, FIELD+=VALUE or FIELD-=VALUE, as in memory=512m.',
  },
  'usage-change-field': {
    params: { field: 'text', close: 'text?' },
    sentence:
      'There is no field "{field}".{close, select, = { "joey run --help" lists the options that are fields.} other { Did you mean {close}?}}',
  },
  'usage-change-elsewhere': {
    params: { field: 'text', verb: 'text' },
    sentence: '"{field}" has a command of its own: {verb}.',
  },
  'usage-change-single': {
    params: { field: 'text' },
    sentence: '"{field}" has one value: write {field}=VALUE.',
  },
  'usage-change-twice': {
    params: { field: 'text' },
    sentence: '"{field}" has one value, and is given twice.',
  },
  'usage-change-absent': {
    params: { field: 'text', text: 'text' },
    sentence: 'There is no "{text}" among its {field}.',
  },
  'usage-format': {
    params: { text: 'text' },
    sentence:
      '--format {text}: not a template. A field stands in two braces with a dot before it, as in the examples of --help.',
  },
  'usage-format-or-json': {
    sentence: 'Give --json or --format, not both. "--format json" prints an object a line.',
  },
  'usage-format-field': {
    params: { field: 'text', names: 'text' },
    sentence: 'There is no field "{field}" in --format: {names}, or a name in JSON as "spec.user".',
  },
  'usage-prune-asks': {
    sentence: 'Without a terminal nobody can be asked: say --force, or --dry-run to see what would go.',
  },
  'usage-save-format': {
    params: { text: 'text' },
    sentence: '--format {text}: docker-archive, oci-archive or oci.',
  },
  'usage-volume-input': { sentence: 'Say which archive: joey volume import NAME FILE, or give it on standard input.' },
  'usage-load-input': { sentence: 'Say which archive: -i FILE, or give it on standard input.' },
  'usage-instruction': {
    params: { text: 'text' },
    sentence:
      '--change {text}: write CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME or WORKDIR with its value, as in a Dockerfile.',
  },
  'usage-shell': {
    params: { text: 'text' },
    sentence: '"{text}" is not a shell that can be helped: bash, zsh or fish.',
  },
  'usage-image-not-exported': { sentence: 'An image is not exported: name a sandbox or a snapshot.' },
  'usage-export-format': {
    params: { text: 'text?' },
    sentence:
      '{text, select, = {Say with --format what to make of it} other {--format {text}}}: oci, oci-layout, docker, push or joey.',
  },
  'usage-output-missing': { sentence: 'Say where to: -o FILE.' },
  'usage-passphrase-short': { sentence: '--passphrase-file: its first line must have at least 8 characters.' },
  'usage-sandbox-name': {
    params: { text: 'text' },
    sentence:
      '--name {text}: a name has 1 to 63 letters, digits, dashes, underscores and dots, begins with a letter or digit and does not end with a dot.',
  },
  'usage-image-not-compared': {
    sentence: 'An image has nothing to be compared with. Name a sandbox or a snapshot.',
  },
  'usage-compare-with': { sentence: 'Say what to compare it with. "joey diff SANDBOX" compares with the image.' },
  'usage-image-path-empty': { sentence: 'The path of the image is empty.' },
  'usage-image-name': {
    params: { text: 'text' },
    sentence: '--name {text}: an image name is lower case, as in team/web:1.2.',
  },
  'usage-build-tag': {
    params: { text: 'text' },
    sentence: '--tag {text}: an image name is lower case, as in team/web:1.2.',
  },
  'usage-recipe': {
    params: { text: 'text', names: 'text' },
    sentence: 'There is nothing called "{text}" to make an image of. There are: {names}.',
  },
  'usage-mirror': { params: { text: 'text' }, sentence: '--mirror {text}: a mirror is http://HOST/PATH.' },
  'usage-suite': {
    params: { text: 'text' },
    sentence: '--suite {text}: a release of Debian has a name such as bookworm.',
  },
  'usage-secret': {
    params: { text: 'text' },
    sentence: '--secret {text}: a secret is id=ID,src=FILE or id=ID,env=NAME.',
  },
  'usage-secret-unset': {
    params: { text: 'text', name: 'text' },
    sentence: '--secret {text}: there is no variable {name} here. Give the file with src=FILE.',
  },
  'usage-image-ref': { params: { text: 'text' }, sentence: '"{text}" is not the name or digest of an image.' },
  'usage-command-empty': { sentence: 'joey exec needs a command, or -it for a shell.' },
  'usage-timeout-with-tty': { sentence: '--timeout does not go with -t.' },
  'usage-grants-or-all': { sentence: 'Say either which grants to take back, or --all.' },
  'usage-svg-alone': { sentence: '--svg prints a picture: leave out --json and --blast.' },
  'usage-blast-of-what': { sentence: '--blast: say which sandbox.' },
  'usage-signal': { params: { text: 'text' }, sentence: '-s {text}: not the name or number of a signal.' },
  'usage-names-and-all': { sentence: 'Give names or --all, not both.' },
  'usage-names-or-all': { sentence: 'joey rm needs the name of a sandbox, or --all.' },
  'usage-limit-missing': { sentence: 'Say which limit to change: --memory, --cpus or --pids-limit.' },
  'usage-live-and-disk-only': { sentence: 'Give --live or --disk-only, not both.' },
  'usage-image-not-forked': { sentence: 'An image is not forked: run it.' },
  'usage-off-alone': { sentence: '--off stands alone.' },
  'usage-schedule-when': { sentence: 'Say when: --every, --before-stop or --idle.' },
  'usage-boot-alone': {
    params: { option: 'text' },
    sentence: '--boot prints what there is: leave out {option}.',
  },
})

export type UsageReason = keyof typeof usageSentences
