/*
 * ping for the built-in image. That of busybox makes raw sockets, which a sandbox may not without a grant; this one uses the
 * kernel's own socket for echo requests (icmp(7), ping_group_range), which needs no right. It prints and ends as busybox's does.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 65507 - 8, ANSWER_ROOM = 65536 };

struct options {
	const char *host;
	long count;      /* 0: until it is ended */
	double interval; /* seconds between two requests */
	double patience; /* seconds for the last answer */
	double deadline; /* seconds for everything; 0: none */
	size_t size;     /* bytes of data in a request */
	int is_quiet;
};

struct tally {
	unsigned sent, received;
	double least, most, sum; /* milliseconds */
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
	(void)signal;
	is_interrupted = 1;
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why)
{
	fflush(stdout);
	fprintf(stderr, "ping: %s%s%s\n", what, *why ? ": " : "", why);
	exit(1);
}

static void show_usage(void)
{
	fputs("Usage: ping [-4q] [-c COUNT] [-s SIZE] [-i SECS] [-W SECS] [-w SECS] HOST\n", stderr);
	exit(1);
}

static double read_number(const char *text, double least, double most)
{
	char *end;
	double number = strtod(text, &end);
	if (end == text || *end || !(number >= least && number <= most))
		fail("invalid number", text);
	return number;
}

static struct options read_options(int count, char **arguments)
{
	struct options options = { .interval = 1, .patience = 10, .size = 56 };
	int option;
	while ((option = getopt(count, arguments, "4qc:s:i:W:w:")) != -1) {
		if (option == '4')
			continue;
		else if (option == 'q')
			options.is_quiet = 1;
		else if (option == 'c')
			options.count = (long)read_number(optarg, 1, 1e9);
		else if (option == 's')
			options.size = (size_t)read_number(optarg, 0, MOST_BYTES);
		else if (option == 'i')
			options.interval = read_number(optarg, 0.002, 1e6);
		else if (option == 'W')
			options.patience = read_number(optarg, 0, 1e6);
		else if (option == 'w')
			options.deadline = read_number(optarg, 0, 1e6);
		else
			show_usage();
	}
	if (optind != count - 1)
		show_usage();
	options.host = arguments[optind];
	return options;
}

static struct sockaddr_in find_host(const char *name)
{
	struct addrinfo wanted = { .ai_family = AF_INET, .ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;
	if (getaddrinfo(name, NULL, &wanted, &found) != 0 || !found)
		fail("bad address", name);
	struct sockaddr_in address;
	memcpy(&address, found->ai_addr, sizeof(address));
	freeaddrinfo(found);
	return address;
}

static int open_socket(const struct sockaddr_in *address)
{
	int opened = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (opened < 0)
		fail("permission denied (are you root?)", "");
	int on = 1;
	/* Where the kernel cannot say how far an answer came, it is shown without. */
	setsockopt(opened, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on));
	if (connect(opened, (const struct sockaddr *)address, sizeof(*address)) < 0)
		fail("cannot connect", strerror(errno));
	return opened;
}

/* The kernel fills in identity and checksum. When it was sent is in the request itself, where it has the room. */
static void send_request(int opened, const struct options *options, struct tally *tally)
{
	static unsigned char packet[sizeof(struct icmphdr) + MOST_BYTES];
	struct icmphdr head = { .type = ICMP_ECHO };
	head.un.echo.sequence = htons((uint16_t)tally->sent);
	memcpy(packet, &head, sizeof(head));
	double sent = now();
	if (options->size >= sizeof(sent))
		memcpy(packet + sizeof(head), &sent, sizeof(sent));
	tally->sent += 1;
	/* Nobody may be there just now, which the statistics show. */
	if (send(opened, packet, sizeof(head) + options->size, 0) < 0 && errno != ECONNREFUSED && errno != EHOSTUNREACH)
		fail("sendto", strerror(errno));
}

/* It is the only thing that was requested beside the bytes. */
static int ttl_of(struct msghdr *message)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(message);
	if (!part || part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_TTL)
		return -1;
	int ttl;
	memcpy(&ttl, CMSG_DATA(part), sizeof(ttl));
	return ttl;
}

static void show_answer(const struct options *options, const char *from, size_t bytes, uint16_t sequence, int ttl,
                        double ms)
{
	if (options->is_quiet)
		return;
	printf("%zu bytes from %s: seq=%u", bytes, from, sequence);
	if (ttl >= 0)
		printf(" ttl=%d", ttl);
	if (ms >= 0)
		printf(" time=%.3f ms", ms);
	putchar('\n');
	fflush(stdout);
}

/* Reads one answer. An error that the network has reported is none. */
static void read_answer(int opened, const struct options *options, const char *from, struct tally *tally)
{
	static unsigned char packet[ANSWER_ROOM];
	char control[CMSG_SPACE(sizeof(int)) * 4];
	struct iovec place = { packet, sizeof(packet) };
	struct msghdr message = {
		.msg_iov = &place, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
	};
	ssize_t bytes = recvmsg(opened, &message, MSG_DONTWAIT);
	struct icmphdr head;
	if (bytes < (ssize_t)sizeof(head))
		return;
	memcpy(&head, packet, sizeof(head));
	if (head.type != ICMP_ECHOREPLY)
		return;
	double sent, ms = -1;
	if ((size_t)bytes >= sizeof(head) + sizeof(sent)) {
		memcpy(&sent, packet + sizeof(head), sizeof(sent));
		ms = (now() - sent) * 1000;
		tally->least = tally->received == 0 || ms < tally->least ? ms : tally->least;
		tally->most = ms > tally->most ? ms : tally->most;
		tally->sum += ms;
	}
	tally->received += 1;
	show_answer(options, from, (size_t)bytes, ntohs(head.un.echo.sequence), ttl_of(&message), ms);
}

static void ping(int opened, const struct options *options, const char *from, struct tally *tally)
{
	double begun = now(), next = begun;
	while (!is_interrupted) {
		int is_last = options->count != 0 && tally->sent >= (unsigned long)options->count;
		if (is_last && tally->received >= tally->sent)
			return;
		double time = now();
		if (options->deadline > 0 && time >= begun + options->deadline)
			return;
		if (time >= next) {
			if (is_last)
				return;
			send_request(opened, options, tally);
			is_last = options->count != 0 && tally->sent >= (unsigned long)options->count;
			next = time + (is_last ? options->patience : options->interval);
		}
		double end = options->deadline > 0 && begun + options->deadline < next ? begun + options->deadline
		                                                                       : next;
		double wait = (end - now()) * 1000;
		struct pollfd events = { .fd = opened, .events = POLLIN };
		if (poll(&events, 1, wait < 0 ? 0 : wait > 1e9 ? 1000000000 : (int)wait + 1) > 0)
			read_answer(opened, options, from, tally);
	}
}

static void show_tally(const char *host, const struct tally *tally)
{
	unsigned lost = tally->sent > tally->received ? tally->sent - tally->received : 0;
	printf("\n--- %s ping statistics ---\n%u packets transmitted, %u packets received, %u%% packet loss\n", host,
	       tally->sent, tally->received, tally->sent ? lost * 100 / tally->sent : 0);
	if (tally->sum > 0)
		printf("round-trip min/avg/max = %.3f/%.3f/%.3f ms\n", tally->least, tally->sum / tally->received,
		       tally->most);
}

int main(int count, char **arguments)
{
	struct options options = read_options(count, arguments);
	struct sockaddr_in address = find_host(options.host);
	unsigned char parts[4];
	memcpy(parts, &address.sin_addr, sizeof(parts));
	char from[INET_ADDRSTRLEN];
	snprintf(from, sizeof(from), "%u.%u.%u.%u", parts[0], parts[1], parts[2], parts[3]);
	int opened = open_socket(&address);
	struct sigaction action = { .sa_handler = interrupt };
	sigaction(SIGINT, &action, NULL);
	printf("PING %s (%s): %zu data bytes\n", options.host, from, options.size);
	fflush(stdout);
	struct tally tally = { 0 };
	ping(opened, &options, from, &tally);
	show_tally(options.host, &tally);
	return tally.received > 0 ? 0 : 1;
}
