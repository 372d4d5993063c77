/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * judge: what must hold after a run, whatever went wrong in it.
 */
#ifndef TESTS_FAULTS_JUDGE_H
#define TESTS_FAULTS_JUDGE_H

#include "tests/faults/card.h"
#include "tests/faults/inject.h"

struct judgement {
	bool taken, back;     /* as sysfs says */
	bool tolerated;       /* taken in spite of the fault */
	bool has_errno;       /* an error in the trace is the one injected */
	unsigned broken;      /* invariants */
	char words[1024];     /* which; and the error that was found, for whoever looks */
	char error_line[256]; /* the first line of the trace that is an error */
};

/* Throws away what an earlier run left in /run/gpupass and in the kernel's log. */
void judge_prepare(void);

/* After a run with that injection (NULL = without one) that began with the card in the
 * state before. */
void judge_run(const struct injection *injection, const struct inject_outcome *outcome,
	       const struct card_state *before, bool guard,
	       struct judgement *ret_judgement);

#endif
