/** The state of a sandbox, said after its name: it travels as the contract's word for it. */
export const sandboxIs = `{state, select,
  creating {正在创建} created {尚未启动} starting {正在启动} running {正在运行} paused {已暂停} stopping {正在停止}
  stopped {已停止} changing {正在更改级别} removing {正在删除} other { 的状态是 {state}}}`
