/* What the parts of joey-init offer each other. One thread, one loop; a blocked peer never blocks the loop. */
#ifndef JOEY_INIT_H
#define JOEY_INIT_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "protocol.h"

/* main.c: the loop */

/* A descriptor that the loop looks at in this round: `want` is set before, `got` holds the answer afterwards. */
struct watch {
	int fd;
	short want;
	short got;
};
void loop_watch(struct watch *watch);
/* The loop goes round again at the latest after so many milliseconds. */
void loop_wake_in(int64_t milliseconds);
int64_t now_ms(void);
/* Ends the machine once the main process's last bytes are taken, or at once where it never ran. */
void request_shutdown(void);
/* For the console, that is the guest's boot log. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ports.c: the virtio-serial ports */

struct port {
	const char *name;
	int fd;
	bool connected, readable, writable;
};
enum { PORT_CONTROL, PORT_STDIN, PORT_MAIN, PORT_STDERR, PORT_STATUS, PORT_COUNT };
extern struct port ports[PORT_COUNT];
/* Waits for the control port, without which there is no guest. */
void open_control_port(void);
/* Opens the others that are there. */
void open_main_ports(void);
void ports_watch(void);
void ports_update(void);
/* As read and write, but an absent or disconnected peer is -1 with EAGAIN, and the flags are kept. */
ssize_t port_read(struct port *port, void *buffer, size_t size);
ssize_t port_write(struct port *port, const void *buffer, size_t size);
/* Whether the host has closed its end and all that it sent is read. */
bool port_is_at_end(const struct port *port);

/* fields.c: structured payloads */

struct reader {
	const uint8_t *next, *end;
	bool malformed;
};
struct field {
	unsigned tag;
	const uint8_t *bytes;
	size_t length;
};
struct reader read_fields(const uint8_t *payload, size_t length);
/* False at the end and at what is malformed, which the reader then says. */
bool next_field(struct reader *reader, struct field *field);
/* A number's value; anything else makes the reader malformed. */
uint64_t field_number(struct reader *reader, const struct field *field);
/* A copy with a terminating zero, or null and a malformed reader where there is a zero in it. */
char *field_text(struct reader *reader, const struct field *field);

struct writer {
	uint8_t bytes[8192];
	size_t length;
};
void write_number(struct writer *writer, unsigned tag, uint64_t value);
void write_text(struct writer *writer, unsigned tag, const char *text);

/* control.c: frames on the control port */

void control_pump(void);
bool control_wants_to_run(void);
/* Whether a frame of data may be added now. */
bool control_has_room(void);
bool control_is_flushed(void);
void control_send(unsigned type, uint32_t session, const void *payload, size_t length);
/* Reads at most `most` bytes from a descriptor straight into a frame. Result as of read. */
ssize_t control_send_from(int fd, unsigned type, uint32_t session, size_t most);
void reply_ok(uint32_t session);
void reply_failed(uint32_t session, int error, const char *what);

/* requests.c: what each message does */

void handle_message(unsigned type, uint32_t session, const uint8_t *payload, size_t length);
unsigned current_phase(void);

/* process-plan.c and process.c: starting a process in the sandbox */

struct process {
	char **argv, **env;
	size_t argc, envc;
	char *cwd;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	bool tty, with_stdin;
	unsigned short columns, rows;
};
/* The host's ends of a started process's streams; -1 where there is none. */
struct process_streams {
	int in, out, err;
	/* With a terminal: held open, so that the master outlives a moment without readers. */
	int slave;
	/* Two numbers arrive on it, stage and errno, if the program could not be run; its end means that it runs. */
	int report;
};
enum process_kind { PROCESS_MAIN, PROCESS_EXEC, PROCESS_CHECK };
bool parse_process(struct reader *reader, struct process *process);
void free_process(struct process *process);
/* The pid, or -1 and errno. */
pid_t start_process(enum process_kind kind, const struct process *process, struct process_streams *streams);
/* Words for a stage that came by `report`. */
const char *stage_name(int stage);
void resize_terminal(int master, unsigned columns, unsigned rows);

/* privileges.c */

extern uint64_t bounding_capabilities;
/* Becomes the user, without a way back. Returns an errno, or 0. */
int drop_privileges(const struct process *process);

/* filter.c */

extern bool filter_system_calls;
/* The last thing before a program runs. Returns an errno, or 0. */
int install_filter(void);

/* program.c */

/* Finds and runs the program as execvpe does, or only looks whether that could succeed. Returns an errno. */
int run_program(const struct process *process, bool only_look);

/* sessions.c: exec'd processes */

void session_open(uint32_t id, enum process_kind kind, const struct process *process);
void session_data(uint32_t id, const uint8_t *bytes, size_t length);
void session_stdin_end(uint32_t id);
void session_credit(uint32_t id, uint32_t bytes);
/* 0, or an errno. */
int session_signal(uint32_t id, int number);
int session_resize(uint32_t id, unsigned columns, unsigned rows);
/* The client is gone: hang up on all, kill what is left after a second. */
void sessions_orphan(void);
void sessions_watch(void);
void sessions_pump(void);
bool sessions_reaped(pid_t pid, int status);
bool sessions_are_over(void);

/* main-process.c */

extern pid_t main_pid;
/* Answers the request when the program runs or cannot. */
void main_start(uint32_t request, const struct process *process);
int main_signal(int number);
int main_resize(unsigned columns, unsigned rows);
/* Whether the signal would have any effect: the kernel drops it where a first process neither handles nor blocks it. */
int main_heeds(int number, bool *heeds);
void main_watch(void);
void main_pump(void);
bool main_reaped(pid_t pid, int status);
bool main_has_started(void);
bool main_has_exited(void);
/* All output taken by the host. */
bool main_is_drained(void);
void main_report_exit(void);
/* The last line on the status port. */
void main_write_status(void);

/* namespaces.c: where the sandbox's processes live */

/* In the child: becomes process 1 of new namespaces. Returns an errno. */
int enter_new_namespaces(void);
/* Forks into the pid namespace of the main process. */
pid_t fork_into_sandbox(void);
int join_namespaces(void);
/* Forks as process 1 of a new pid namespace, with the rest shared for now. */
pid_t fork_as_first(void);
int kill_everything(int number);
/* The hostname that the sandbox's processes see, where there are any. Returns an errno. */
int name_sandbox(const char *name);

/* root.c: the sandbox's file system */

struct layers {
	char *lowers[64];
	size_t lower_count;
	char *upper;
	bool read_only;
};
extern int root_fd;
int mount_root(const struct layers *layers);
int finish_root(bool read_only);
/* Mounts in the sandbox's root, whatever links are in the way; makes the target. Returns an errno. */
struct mounting {
	const char *source, *type, *target, *options;
	unsigned long flags;
	bool is_file;
};
int mount_in_root(const struct mounting *mounting);
int make_folder_in_root(const char *path);
void unmount_all(void);

/* tree.c: what is mounted into it */

extern bool mask_paths;
int mount_kernel_trees(uint64_t shm_bytes);
int mount_share(const char *spec, size_t length);
int mount_tmpfs(const char *spec, size_t length);
int put_file(const char *name, const char *content, size_t length);
int bind_files(void);
/* In the child, once it has its own namespaces: /proc, cgroup, masks. Returns an errno. */
int mount_process_trees(void);
int open_terminal(int *master, int *slave);

/* cgroup.c */

void cgroup_set_up(void);
bool cgroup_has(const char *controller);
int cgroup_join(void);
/* Null keeps no limit. Returns an errno; EBUSY where more memory is in use than that. */
int cgroup_limit(const char *file, const uint64_t *value);
uint64_t cgroup_oom_kills(void);
/* Holds all processes of the sandbox, or lets them go on; no error where the kernel has no cgroups. */
int cgroup_freeze(bool frozen);
bool cgroup_number(const char *file, const char *key, uint64_t *value);

/* configure.c */

/* 0, or an errno and what could not be done. */
int configure(struct reader fields, const char **what);
/* Of joey-init itself, and in /etc/hostname. */
int name_host(const char *name);

/* hold.c */

/* Answers when none of the sandbox's processes runs any more. */
void hold(uint32_t session);
void hold_pump(void);
/* Who asked is gone. What is held stays so. */
void hold_forget(void);
/* 0, or an errno and what could not be done; they are held then as before. */
int go_on(struct reader fields, const char **what);

/* flush.c */

/* Answers when all that was written in the sandbox is on its disk. */
void flush_disk(uint32_t session);
bool flush_reaped(pid_t pid, int status);
void flush_forget(void);

/* network.c */

struct network {
	char *address, *gateway, *mac;
	unsigned prefix, mtu;
};
/* Takes the texts over. False where the field is none of these, or malformed. */
bool parse_network(struct reader *reader, const struct field *field, struct network *network);
int loopback_up(void);
/* Also where there is another address already. */
int network_up(const struct network *network);
/* No error where there is none. */
int network_down(void);

/* clock.c */

int set_clock(uint64_t nanoseconds);
int add_seed(const uint8_t *bytes, size_t length);

/* stats.c */

void write_stats(struct writer *writer);
uint64_t oom_kills(void);

/* files.c */

/* The text of a small file with a terminating zero, cut to size; the length, or -1. */
ssize_t read_small(const char *path, char *buffer, size_t size);
/* Returns an errno, or 0. */
int write_small(const char *path, const char *text);

#endif
