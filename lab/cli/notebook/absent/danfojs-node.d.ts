/** Stands in for danfojs-node's types where the main job was installed without it, so that the build goes on. */
export declare class DataFrame {
  constructor(data: Record<string, unknown[]>)
}
