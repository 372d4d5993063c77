#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dracut without systemd: before udev. Hooks are sourced, so nothing here may exit.
/usr/lib/gpupass/gpupass-early || :
