/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest that says on its serial line what it finds on its PCI buses, as an operating
 * system would find it, and then waits. It is a kernel of its own (Multiboot, which
 * QEMU's -kernel takes): in an emulator that runs in an emulator, Linux needs many
 * minutes.
 *
 * "guest: 0a:00.0 10de:1e07 class 030000 word 0x12345678": the word is the first one of
 * the function's first memory BAR; there is none where the firmware has put that above 4
 * GiB.
 */
#include <stdbool.h>
#include <stdint.h>

#define MULTIBOOT_MAGIC 0x1badb002
#define SERIAL          0x3f8
#define SERIAL_STATUS   (SERIAL + 5)
#define SERIAL_READY    0x20
#define CONFIG_ADDRESS  0xcf8
#define CONFIG_DATA     0xcfc
#define NOTHING         0xffffffff

/* Registers of a function's configuration space. */
#define ID           0x00
#define COMMAND      0x04
#define CLASS        0x08
#define HEADER       0x0c
#define BARS         0x10
#define BARS_END     0x28
#define MEMORY       0x02       /* of COMMAND */
#define SEVERAL      0x00800000 /* of HEADER: the slot has more functions */
#define BRIDGE       0x007f0000 /* of HEADER: 0 = no bridge */
#define BAR_IO       0x01
#define BAR_TYPE     0x06
#define BAR_64       0x04
#define BAR_ADDRESS  0xfffffff0
#define COMMAND_MASK 0xffff

const uint32_t multiboot[] __attribute__((section(".multiboot"), used)) = {
	MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC};

static void out_byte(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t in_byte(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void out_word(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint32_t in_word(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void put(const char *text)
{
	for (; *text; text++) {
		while (!(in_byte(SERIAL_STATUS) & SERIAL_READY))
			;
		out_byte(SERIAL, (uint8_t)*text);
	}
}

static void put_hex(uint32_t number, unsigned digits)
{
	char text[9];

	text[digits] = '\0';
	while (digits-- > 0) {
		text[digits] = "0123456789abcdef"[number & 15];
		number >>= 4;
	}
	put(text);
}

/* Its place: bus, device, function. */
static void choose(uint32_t place, uint32_t at)
{
	out_word(CONFIG_ADDRESS, 0x80000000 | place << 8 | at);
}

static uint32_t get(uint32_t place, uint32_t at)
{
	choose(place, at);
	return in_word(CONFIG_DATA);
}

static void set(uint32_t place, uint32_t at, uint32_t value)
{
	choose(place, at);
	out_word(CONFIG_DATA, value);
}

/* The address of the first memory BAR; 0 = there is none that we can reach. */
static uint32_t find_memory(uint32_t place)
{
	for (uint32_t at = BARS; at < BARS_END; at += 4) {
		uint32_t bar = get(place, at);
		bool wide = !(bar & BAR_IO) && (bar & BAR_TYPE) == BAR_64;

		if (!(bar & BAR_IO) && bar & BAR_ADDRESS &&
		    (!wide || get(place, at + 4) == 0))
			return bar & BAR_ADDRESS;
		if (wide)
			at += 4;
	}
	return 0;
}

static void put_word(uint32_t place)
{
	uint32_t memory = find_memory(place);

	if (memory == 0 || get(place, HEADER) & BRIDGE)
		return;
	set(place, COMMAND, (get(place, COMMAND) & COMMAND_MASK) | MEMORY);
	put(" word 0x");
	put_hex(*(volatile uint32_t *)(uintptr_t)memory, 8);
}

static void put_function(uint32_t place)
{
	uint32_t id = get(place, ID);

	put("guest: ");
	put_hex(place >> 8, 2);
	put(":");
	put_hex(place >> 3 & 31, 2);
	put(".");
	put_hex(place & 7, 1);
	put(" ");
	put_hex(id & 0xffff, 4);
	put(":");
	put_hex(id >> 16, 4);
	put(" class ");
	put_hex(get(place, CLASS) >> 8, 6);
	put_word(place);
	put("\n");
}

/* Functions beyond the first are looked for only where that says that there are some. */
static void put_slot(uint32_t place)
{
	if (get(place, ID) == NOTHING)
		return;
	for (uint32_t function = 0; function < 8; function++) {
		if (get(place + function, ID) != NOTHING)
			put_function(place + function);
		if (function == 0 && !(get(place, HEADER) & SEVERAL))
			return;
	}
}

__attribute__((used)) static void run(void)
{
	for (uint32_t place = 0; place < 0x10000; place += 8)
		put_slot(place);
	put("guest: complete\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}

__asm__(".bss\n"
	".balign 16\n"
	"stack: .skip 4096\n"
	"stack_end:\n"
	".text\n"
	".globl _start\n"
	"_start: mov $stack_end, %esp\n"
	"call run\n");
