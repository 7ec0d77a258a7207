// linear_row computes what linear does; only its shape differs.
export { linear as linearRow } from './linear.js'
