/*
 * From a request to a program that runs. The kernel may need long for that, or for ever, where a folder or a program lies on a
 * file system that does not answer: so a thread waits, and nobody but who wanted that program waits with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "outside.h"
#include "starter.h"

/* More starts than these that all wait at once are not begun before one is done or given up. */
enum { MOST_THREADS = 64 };

sigset_t blocked;

struct queue {
	struct child *first, *last;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t requested = PTHREAD_COND_INITIALIZER;
static struct queue waiting, done;
static unsigned idle, threads, queued;
static int is_done = -1;

static void put(struct queue *queue, struct child *child)
{
	child->behind = NULL;
	if (queue->first == NULL)
		queue->first = child;
	else
		queue->last->behind = child;
	queue->last = child;
}

static struct child *take(struct queue *queue)
{
	struct child *child = queue->first;
	if (child != NULL)
		queue->first = child->behind;
	return child;
}

/* How early the kernel kills it for want of memory; before the program runs, so that all that it starts has it. */
static void take_score(const struct request *request)
{
	char text[16];
	if (request->score == 0)
		return;
	int length = snprintf(text, sizeof(text), "%u", request->score);
	int file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	/* Nobody is refused to go sooner. */
	if (file < 0)
		return;
	(void)!write(file, text, (size_t)length);
	close(file);
}

/* Between vfork and the program: nothing but system calls, and no memory but its own stack and `child` is written. */
static int become(struct child *child)
{
	const struct request *request = &child->request;
	child->process = getpid();
	if (request->flags & OWN_GROUP)
		setsid();
	for (uint32_t i = 0; i < request->streams; i++)
		if (dup2(child->own[i], (int)i) < 0)
			return errno;
	/* Whoever waits for the end of another program's input must not wait for this one. Before Linux 5.9 it does. */
	syscall(SYS_close_range, request->streams, ~0U, 0);
	take_score(request);
	if (child->is_given_up)
		return ECANCELED;
	if (request->folder[0] != '\0' && chdir(request->folder) < 0)
		return errno;
	if (child->is_given_up)
		return ECANCELED;
	sigprocmask(SIG_UNBLOCK, &blocked, NULL);
	execve(request->arguments[0], request->arguments, request->environment);
	return errno;
}

static void start(struct child *child)
{
	volatile int failure = 0;
	if (child->is_given_up) {
		child->problem = ECANCELED;
		return;
	}
	pid_t process = vfork();
	if (process == 0) {
		failure = become(child);
		_exit(127);
	}
	child->problem = process < 0 ? errno : failure;
	if (process < 0)
		return;
	if (child->is_given_up) {
		child->problem = ECANCELED;
		kill(process, SIGKILL);
	}
	if (child->problem == 0) {
		child->is_running = 1;
		return;
	}
	/* As soon as it has been waited for, its number may be another's. */
	pthread_mutex_lock(&lock);
	child->process = 0;
	pthread_mutex_unlock(&lock);
	while (waitpid(process, NULL, 0) < 0 && errno == EINTR)
		;
}

static void *serve(void *nothing)
{
	(void)nothing;
	pthread_mutex_lock(&lock);
	for (;;) {
		struct child *child = take(&waiting);
		if (child == NULL) {
			idle++;
			pthread_cond_wait(&requested, &lock);
			idle--;
			continue;
		}
		queued--;
		pthread_mutex_unlock(&lock);
		start(child);
		pthread_mutex_lock(&lock);
		put(&done, child);
		eventfd_write(is_done, 1);
	}
	return NULL;
}

static void add_thread(void)
{
	pthread_t thread;
	if (threads >= MOST_THREADS || pthread_create(&thread, NULL, serve, NULL) != 0)
		return;
	pthread_detach(thread);
	threads++;
}

int open_threads(void)
{
	is_done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	add_thread();
	return threads == 0 ? -1 : is_done;
}

void start_in_thread(struct child *child)
{
	pthread_mutex_lock(&lock);
	put(&waiting, child);
	queued++;
	if (queued > idle)
		add_thread();
	pthread_cond_signal(&requested);
	pthread_mutex_unlock(&lock);
}

struct child *take_started(void)
{
	eventfd_t count;
	pthread_mutex_lock(&lock);
	struct child *child = take(&done);
	if (child == NULL)
		eventfd_read(is_done, &count);
	pthread_mutex_unlock(&lock);
	return child;
}

void give_up(struct child *child)
{
	pthread_mutex_lock(&lock);
	child->is_given_up = 1;
	if (child->process > 0)
		kill(child->process, SIGKILL);
	pthread_mutex_unlock(&lock);
}
