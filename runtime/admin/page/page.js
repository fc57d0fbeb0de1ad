// SPDX-License-Identifier: Apache-2.0
// The data browser: lists namespaces and keys, shows and edits values.
