// Every file a motion can be written to: pictures and pages from outputs/, the field's formats from formats/.

import { poseOfMotion, writePose } from '../formats/pose_write.js'
import { writeSkels } from '../formats/skels_write.js'
import { type Writer, writerFor as writerOf, writers } from '../outputs/save.js'

writers['.skels'] = (path, motion) => writeSkels(path, [motion])
writers['.pose'] = (path, motion) => writePose(path, poseOfMotion(motion))

/** The writer for a path's ending. Throws ERR_USAGE naming the known ones. */
export const writerFor = (path: string): Writer => writerOf(path)
